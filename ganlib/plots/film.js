film => {
  if (film.dataset.on) return;
  film.dataset.on = 'yes';
  const count = +film.dataset.count, columns = +film.dataset.columns, labels = JSON.parse(film.dataset.labels);
  const image = film.querySelector('img'), high = film.dataset.row * Math.ceil(count / columns);
  const make = (tag, words, name) => {
    const node = document.createElement(tag);
    if (words) node.textContent = words;
    if (name) node.setAttribute('aria-label', name);
    return node;
  };
  const screen = make('div'), bar = make('div'), play = make('button', 'Play'), label = make('span');
  const back = make('button', '‹', 'one step back'), on = make('button', '›', 'one step on');
  const slide = make('input', '', 'moment of the film');
  screen.className = 'ganlib-screen';
  bar.className = 'ganlib-film-bar';
  slide.type = 'range'; slide.min = 0; slide.max = count - 1; slide.value = 0;
  film.setAttribute('role', 'group');
  film.setAttribute('aria-label', 'Film: ' + image.alt);
  screen.setAttribute('role', 'img');
  screen.setAttribute('aria-label', image.alt);
  screen.style.backgroundImage = `url(${image.src})`;
  screen.style.backgroundSize = 100 * columns + '% auto';
  image.before(screen);
  bar.append(play, back, slide, on, label);
  screen.after(bar);
  let timer = 0;
  const show = now => {
    slide.value = now;
    const across = now % columns, down = film.dataset.row * Math.floor(now / columns);
    screen.style.backgroundPosition = `${100 * across / (columns - 1 || 1)}% ${100 * down / (high - 1)}%`;
    label.textContent = labels[now];
    slide.setAttribute('aria-valuetext', labels[now]);
  };
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = 'Play'; };
  const go = way => { stop(); show(Math.min(count - 1, Math.max(0, +slide.value + way))); };
  play.onclick = () => {
    if (timer) return stop();
    if (+slide.value === count - 1) show(0);
    play.textContent = 'Pause';
    timer = setInterval(() => {
      if (!film.isConnected || +slide.value >= count - 1) return stop();
      show(+slide.value + 1);
    }, Math.max(30, 1000 * film.dataset.seconds / count));
  };
  back.onclick = () => go(-1);
  on.onclick = () => go(1);
  slide.oninput = () => { stop(); show(+slide.value); };
  slide.onkeydown = event => event.stopPropagation();
  show(0);
}
