// Draw with a generator that `ganlib export` wrote.  No dependencies; a network is a list of layers.

// ---- reading ----

// Sixteen bits to a number: a sign, five bits of exponent, ten of fraction (IEEE 754 half precision).
const half = bits => {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

const numbers = text => {
  const bytes = atob(text), out = new Float32Array(bytes.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = half(bytes.charCodeAt(2 * i) | bytes.charCodeAt(2 * i + 1) << 8);
  return out;
};

const opened = model => {
  for (const moment of model.moments)
    for (const network of [moment.generator, moment.discriminator])
      for (const layer of network) if (typeof layer.weights === 'string') layer.weights = numbers(layer.weights);
  return model;
};

// ---- computing ----

const ACTIVATIONS = {
  linear: x => x,
  relu: x => Math.max(0, x),
  sigmoid: sigma,
  silu: x => x * sigma(x),
  tanh: Math.tanh,
};

const KINDS = {
  dense({inputs, units, weights, activation}, x) {
    const out = weights.slice(inputs * units);  // the bias
    for (let i = 0; i < inputs; i++)
      if (x[i]) for (let j = 0, at = i * units; j < units; j++) out[j] += x[i] * weights[at + j];
    return out.map(ACTIVATIONS[activation]);
  },
  norm({size, epsilon, weights}, x) {
    const mean = x.reduce((a, b) => a + b) / size;
    const spread = Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / size + epsilon);
    return x.map((one, i) => (one - mean) / spread * weights[i] + weights[size + i]);
  },
  scale: ({size, weights}, x) => x.map((one, i) => one * weights[i] + weights[size + i]),
  leaky: ({slope}, x) => x.map(one => one < 0 ? slope * one : one),
};

const run = (network, x) => network.reduce((values, layer) =>
  layer.kind in KINDS ? KINDS[layer.kind](layer, values) : values.map(ACTIVATIONS[layer.kind]), Float32Array.from(x));

const label = (model, digit) => Array.from({length: model.classes}, (_, i) => +(i === digit));

// The image of one z: its values as the generator gives them.
const drawn = (model, moment, z, digit = 0) => run(model.moments[moment].generator, [...z, ...label(model, digit)]);

// D's logit of one image; a label follows the pixels where the recipe has classes.
const judged = (model, moment, image, digit = 0) =>
  run(model.moments[moment].discriminator, [...image, ...label(model, digit)])[0];

// ---- z ----

// Two directions at right angles, each as long as a z usually is.
const plane = (size, seed) => {
  const {normal} = dice(seed), make = () => Float64Array.from({length: size}, normal);
  const dot = (a, b) => a.reduce((sum, one, i) => sum + one * b[i], 0), u = make(), raw = make();
  const along = dot(raw, u) / dot(u, u), v = raw.map((one, i) => one - along * u[i]);
  return [u, v].map(one => { const scale = Math.sqrt(size / dot(one, one)); return one.map(x => x * scale); });
};

const at = ([u, v], angle, width) => u.map((one, i) => width * (Math.cos(angle) * one + Math.sin(angle) * v[i]));

// ---- the page ----

const paint = (canvas, image, {shape: [high, wide, channels = 1], pixels: [low, top]}) => {
  canvas.width = wide; canvas.height = high;
  const context = canvas.getContext('2d'), sheet = context.createImageData(wide, high);
  for (let i = 0; i < wide * high; i++) {
    const tones = Array.from({length: 3}, (_, c) => image[channels * i + (channels === 3 ? c : 0)]);
    sheet.data.set([...tones.map(value => Math.round(255 * (value - low) / (top - low))), 255], 4 * i);
  }
  context.putImageData(sheet, 0, 0);
};

const play = root => {
  const parts = partsOf(root);
  let model = null, digit = 3, seed = 1, now = 0, strip = [];
  const show = () => {
    const z = at(plane(model.latent_dim, seed), +parts.around.value * Math.PI / 180, +parts.width.value);
    strip.forEach((canvas, i) => paint(canvas, drawn(model, i, z, digit), model));
    const {label} = model.moments[now], image = drawn(model, now, z, digit), belief = sigma(judged(model, now, image, digit));
    paint(parts.big, image, model);
    parts.belief.value = belief;
    parts.said.textContent = `After ${label}, D believes by ${belief.toFixed(2)} that this ${digit} is a real one.`;
    parts.big.setAttribute('aria-label', `A ${digit}, drawn after ${label}`);
    parts.moment.setAttribute('aria-valuetext', label);
    [...parts.digits.children].forEach((button, i) => button.setAttribute('aria-pressed', String(i === digit)));
    strip.forEach((canvas, i) => canvas.parentNode.classList.toggle('now', i === now));
  };
  const lay = () => {
    parts.moments.replaceChildren(...model.moments.map(({label}) => {
      const figure = document.createElement('figure'), words = document.createElement('figcaption');
      const canvas = document.createElement('canvas');
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', `the same z after ${label}`);
      words.textContent = label;
      figure.append(canvas, words);
      return figure;
    }));
    strip = [...parts.moments.querySelectorAll('canvas')];
    parts.moment.max = now = model.moments.length - 1;
    parts.moment.value = now;
  };
  const begin = () => parts.digits.replaceChildren(...label(model, -1).map((_, i) => {
    const button = document.createElement('button');
    button.textContent = i;
    button.onclick = () => { digit = i; show(); };
    return button;
  }));
  parts.around.oninput = parts.width.oninput = show;
  parts.moment.oninput = () => { now = +parts.moment.value; show(); };
  parts.another.onclick = () => { seed += 1; show(); };
  // What a file of `ganlib export` calls: the first one begins, others are further moments of the same training.
  window.ganlib = file => {
    const moments = [...model ? model.moments : [], ...opened(file).moments];
    const first = !model;
    model = {...file, moments: moments.sort((a, b) => a.steps - b.steps)};
    if (first) begin();
    lay();
    show();
  };
};
