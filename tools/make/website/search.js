// Search without a server: an index of the pages' sections, made when the site was built, read at the first key.
const box = document.querySelector('[data-search]'), found = document.querySelector('[data-found]');
const plain = text => text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '');
let sections = null;
window.ganlibIndex = all => {
  sections = all.map(([url, title, heading, text]) => ({url, title, heading, text, head: plain(title + ' ' + heading), body: plain(text)}));
  look();
};
const read = () => {
  if (sections || document.querySelector('[data-index]')) return;
  const script = document.createElement('script');
  script.src = box.dataset.search + 'search-index.js';
  script.dataset.index = '';
  document.body.append(script);
};
// A section counts if it has every word; a word in a heading counts five times one in the text.
const score = (section, words) => {
  let sum = 0;
  for (const word of words) {
    const head = section.head.split(word).length - 1, body = section.body.split(word).length - 1;
    if (!head && !body) return 0;
    sum += 5 * head + Math.min(body, 5);
  }
  return sum;
};
const snippet = (section, word) => {
  const at = Math.max(0, section.body.indexOf(word)), from = Math.max(0, at - 40);
  return (from ? '… ' : '') + section.text.slice(from, at + 80) + ' …';
};
const look = () => {
  const words = plain(box.value).split(/\s+/).filter(word => word.length > 1);
  if (!sections || !words.length) { found.replaceChildren(); return; }
  const best = sections.map(one => [score(one, words), one]).filter(([n]) => n).sort(([a], [b]) => b - a).slice(0, 12);
  found.replaceChildren(...best.map(([, one]) => {
    const line = document.createElement('li'), link = document.createElement('a'), small = document.createElement('small');
    link.href = box.dataset.search + one.url;
    link.textContent = one.heading && one.heading !== one.title ? `${one.title}: ${one.heading}` : one.title;
    small.textContent = snippet(one, words[0]);
    line.append(link, small);
    return line;
  }));
  if (!best.length) found.append(Object.assign(document.createElement('li'), {textContent: 'No section has all these words.'}));
};
box.onfocus = read;
box.oninput = () => { read(); look(); };
