const glass = this.previousElementSibling, aim = glass.classList.contains('ganlib-aim'), map = this.closest('.ganlib-map'), dot = glass.querySelector('i');
let x = .5, y = .5, due = 0;
const wire = () => map.querySelector('.ganlib-wire input');
const send = () => {
  dot.style.left = 100 * x + '%'; dot.style.top = 100 * y + '%';
  clearTimeout(due);
  due = setTimeout(() => {
    const input = wire();
    due = 0;
    if (input) { input.value = x.toFixed(4) + ' ' + y.toFixed(4); input.dispatchEvent(new Event('input', {bubbles: true})); }
  }, 40);
};
const read = () => {  // where the dials are, which sliders may have moved
  const input = wire();
  if (aim && !due && input && input.value) [x, y] = input.value.split(' ').map(Number);
  dot.style.left = 100 * x + '%'; dot.style.top = 100 * y + '%';
};
const clip = v => Math.min(1, Math.max(0, v));
glass.onpointermove = glass.onpointerdown = event => {
  if (aim && !event.buttons) return;
  const box = glass.getBoundingClientRect();
  x = clip((event.clientX - box.left) / box.width); y = clip((event.clientY - box.top) / box.height);
  send();
};
glass.onfocus = () => { read(); if (!aim && glass.matches(':focus-visible')) send(); };
glass.onkeydown = event => {
  const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
  if (!way) return;
  read();
  const far = event.shiftKey ? .1 : .02;
  x = clip(x + way[0] * far); y = clip(y + way[1] * far);
  event.preventDefault(); event.stopPropagation(); send();
};
