const glass = this.previousElementSibling, map = this.closest('.ganlib-map'), dot = glass.querySelector('i'), heard = glass.querySelector('.ganlib-heard');
const canvas = glass.querySelector('canvas'), pen = canvas.getContext('2d'), side = 32;
const cells = new Uint8Array(side * side);
let x = 16, y = 16, held = false, ink = 1, last = null;
const wire = () => map.querySelector('.ganlib-wire input');
const paint = () => {
  pen.clearRect(0, 0, side, side); pen.fillStyle = '#009E73';
  cells.forEach((on, i) => on && pen.fillRect(i % side, Math.floor(i / side), 1, 1));
  dot.style.left = 100 * (x + .5) / side + '%'; dot.style.top = 100 * (y + .5) / side + '%';
};
const send = () => {
  const bytes = new Uint8Array(side * side / 8);
  cells.forEach((on, i) => { if (on) bytes[i >> 3] |= 128 >> (i & 7); });
  const text = btoa(String.fromCharCode(...bytes)), input = wire();
  if (input) { input.value = text; input.dispatchEvent(new Event('input', {bubbles: true})); }
};
const put = (px, py) => { if (px >= 0 && py >= 0 && px < side && py < side) cells[py * side + px] = ink; };
const brush = (px, py) => { for (const [a, b] of [[0, 0], [1, 0], [0, 1], [1, 1]]) put(px + a, py + b); };
const at = event => {
  const box = glass.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map(
    v => Math.round(v * side - 1));
};
glass.onpointerdown = event => {
  held = true; glass.setPointerCapture(event.pointerId); last = at(event); ink = event.shiftKey ? 0 : 1;
  brush(...last); paint();
};
glass.onpointermove = event => {
  if (!held) return;
  const now = at(event), far = Math.max(Math.abs(now[0] - last[0]), Math.abs(now[1] - last[1]), 1);
  for (let i = 1; i <= far; i++) brush(...[0, 1].map(k => Math.round(last[k] + (now[k] - last[k]) * i / far)));
  last = now; paint();
};
glass.onpointerup = glass.onpointercancel = () => { if (held) { held = false; send(); } };
glass.onkeydown = event => {
  const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
  if (way) { x = (x + way[0] + side) % side; y = (y + way[1] + side) % side; }
  else if (event.key === ' ') { cells[y * side + x] ^= 1; send(); }
  else return;
  event.preventDefault(); event.stopPropagation(); paint();
  heard.textContent = `row ${y + 1}, column ${x + 1}, ${cells[y * side + x] ? 'painted' : 'empty'}`;
};
const old = wire() && wire().value;
if (old) { const bytes = atob(old); for (let i = 0; i < cells.length; i++) cells[i] = (bytes.charCodeAt(i >> 3) >> (7 - (i & 7))) & 1; }
paint();
