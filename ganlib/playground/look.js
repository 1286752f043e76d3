const glass = this.previousElementSibling, aim = glass.classList.contains('ganlib-aim'), map = this.closest('.ganlib-map'), dot = glass.querySelector('i');
let x = aim ? .1 : .5, y = aim ? .9 : .5, due = 0;
const send = () => {
  dot.style.left = 100 * x + '%'; dot.style.top = 100 * y + '%';
  clearTimeout(due);
  due = setTimeout(() => {
    const wire = map.querySelector('.ganlib-wire input');
    if (wire) { wire.value = x.toFixed(4) + ' ' + y.toFixed(4); wire.dispatchEvent(new Event('input', {bubbles: true})); }
  }, 40);
};
const clip = v => Math.min(1, Math.max(0, v));
glass.onpointermove = glass.onpointerdown = event => {
  if (aim && !event.buttons) return;
  const box = glass.getBoundingClientRect();
  x = clip((event.clientX - box.left) / box.width); y = clip((event.clientY - box.top) / box.height);
  send();
};
glass.onfocus = () => { if (glass.matches(':focus-visible')) send(); };
glass.onkeydown = event => {
  const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
  if (!way) return;
  const far = event.shiftKey ? .1 : .02;
  x = clip(x + way[0] * far); y = clip(y + way[1] * far);
  event.preventDefault(); event.stopPropagation(); send();
};
