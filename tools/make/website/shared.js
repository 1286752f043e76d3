// What both pages share.

const sigma = l => 1 / (1 + Math.exp(-l));

// The nodes of a game by their names.
const partsOf = root => Object.fromEntries([...root.querySelectorAll('[data-part]')].map(node => [node.dataset.part, node]));

// Numbers from [0, 1) by a small generator of whole numbers (mulberry32), and from N(0, 1) by Box and Muller (1958).
const dice = seed => {
  let state = seed >>> 0;
  const uniform = () => {
    state = state + 0x6D2B79F5 | 0;
    let t = Math.imul(state ^ state >>> 15, 1 | state);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
  return {uniform, normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())};
};

