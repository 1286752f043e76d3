// Two GANs small enough to be trained in this page: the one-knob game of lesson 1, and eight heaps on a ring.
// The rules are those of ganlib: one update of D, then one of G, each with fresh z; Adam as in Keras.

// The slope of G's loss in the logit of a fake, and of D's loss in that of a real one or a fake.
const PUSH = {'non-saturating': l => sigma(l) - 1, saturating: l => -sigma(l)};
const softplus = l => Math.max(l, 0) + Math.log1p(Math.exp(-Math.abs(l)));
const G_LOSS = {'non-saturating': l => softplus(-l), saturating: l => -softplus(l)};
const mean = values => values.reduce((a, b) => a + b, 0) / values.length;

// ---- one knob: G(z) = theta + z, D = sigma(w x + b) ----

const knobD = (game, real, z, rate) => {
  const fake = z.map(one => game.theta + one), at = x => sigma(game.w * x + game.b);
  const loss = mean(real.map(x => softplus(-(game.w * x + game.b)))) / 2 + mean(fake.map(x => softplus(game.w * x + game.b))) / 2;
  const byW = mean(real.map(x => (at(x) - 1) * x)) / 2 + mean(fake.map(x => at(x) * x)) / 2;
  const byB = mean(real.map(x => at(x) - 1)) / 2 + mean(fake.map(at)) / 2;
  return {...game, w: game.w - rate * byW, b: game.b - rate * byB, loss};
};

const knobG = (game, z, rate, kind) =>
  ({...game, theta: game.theta - rate * mean(z.map(one => PUSH[kind](game.w * (game.theta + one) + game.b) * game.w))});

// ---- networks of dense layers with leaky ReLU between them ----

const LEAK = 0.2;

// y = x W + b for rows x; W is [inputs][units] in one array.
const forward = (net, rows) => {
  const seen = [rows];
  net.forEach(({inputs, units, kernel, bias}, k) => {
    const last = k === net.length - 1;
    rows = rows.map(x => {
      const y = bias.slice();
      for (let i = 0, at = 0; i < inputs; i++) for (let j = 0, xi = x[i]; j < units; j++) y[j] += xi * kernel[at++];
      if (!last) for (let j = 0; j < units; j++) if (y[j] < 0) y[j] *= LEAK;
      return y;
    });
    seen.push(rows);
  });
  return seen;
};

const zeros = net => net.map(({kernel, bias}) => ({kernel: new Float64Array(kernel.length), bias: new Float64Array(bias.length)}));

// From slopes of a loss in the outputs to its slopes in the weights (added to `into`) and in the inputs.
const backward = (net, seen, slopes, into) => {
  for (let k = net.length - 1; k >= 0; k--) {
    const {inputs, units, kernel} = net[k], x = seen[k];
    slopes = slopes.map((row, n) => {
      const xs = x[n], ys = seen[k + 1][n], out = new Float64Array(inputs);
      if (k < net.length - 1) for (let j = 0; j < units; j++) if (ys[j] < 0) row[j] *= LEAK;
      for (let i = 0, at = 0; i < inputs; i++) {
        let sum = 0;
        for (let j = 0; j < units; j++) sum += kernel[at++] * row[j];
        out[i] = sum;
      }
      if (into) {
        const {kernel: byKernel, bias: byBias} = into[k];
        for (let j = 0; j < units; j++) byBias[j] += row[j];
        for (let i = 0, at = 0; i < inputs; i++) for (let j = 0, xi = xs[i]; j < units; j++) byKernel[at++] += xi * row[j];
      }
      return out;
    });
  }
  return slopes;
};

// R1: gamma / 2 times the mean squared length of D's slope at real points (Mescheder et al. 2018, equation 9).
// Leaky ReLU is straight on both sides, so the slope is a product of kernels, and this is its derivative.
const addR1 = (net, seen, gamma, into) => {
  const count = seen[0].length;
  for (let n = 0; n < count; n++) {
    const gated = (k, row) => { const ys = seen[k + 1][n]; return row.map((one, j) => ys[j] < 0 ? LEAK * one : one); };
    const down = [Float64Array.of(1)];  // slope of the logit in the output of layer k, from the last one down
    for (let k = net.length - 1; k >= 0; k--) {
      const {inputs, units, kernel} = net[k], row = k < net.length - 1 ? gated(k, down[0]) : down[0];
      const out = new Float64Array(inputs);
      for (let i = 0; i < inputs; i++) for (let j = 0; j < units; j++) out[i] += kernel[i * units + j] * row[j];
      down.unshift(out);
      net[k].gated = row;
    }
    let up = down[0].map(one => gamma / count * one);  // slope of the penalty in the slope at the inputs
    for (let k = 0; k < net.length; k++) {
      const {inputs, units, kernel, gated: row} = net[k], next = new Float64Array(units);
      for (let i = 0; i < inputs; i++) for (let j = 0; j < units; j++) {
        into[k].kernel[i * units + j] += up[i] * row[j];
        next[j] += up[i] * kernel[i * units + j];
      }
      up = k < net.length - 1 ? gated(k, next) : next;
    }
  }
};

// Kingma and Ba (2015), as Keras has it.
const adam = (net, slopes, memory, {rate, beta1 = 0.5, beta2 = 0.999, epsilon = 1e-7}) => {
  memory.step += 1;
  const size = rate * Math.sqrt(1 - beta2 ** memory.step) / (1 - beta1 ** memory.step);
  net.forEach((layer, k) => ['kernel', 'bias'].forEach(name => {
    const m = memory.m[k][name], v = memory.v[k][name], slope = slopes[k][name];
    for (let i = 0; i < slope.length; i++) {
      m[i] += (1 - beta1) * (slope[i] - m[i]);
      v[i] += (1 - beta2) * (slope[i] ** 2 - v[i]);
      layer[name][i] -= size * m[i] / (Math.sqrt(v[i]) + epsilon);
    }
  }));
};
const remembering = net => ({step: 0, m: zeros(net), v: zeros(net)});

const ringD = (game, real, z, {rate, gamma = 0}) => {
  const fake = forward(game.g, z).at(-1), seen = forward(game.d, [...real, ...fake]), n = real.length;
  const logits = seen.at(-1).map(row => row[0]), slopes = zeros(game.d);
  backward(game.d, seen, logits.map((l, i) => [(i < n ? sigma(l) - 1 : sigma(l)) / (2 * n)]), slopes);
  if (gamma) addR1(game.d, seen.map(rows => rows.slice(0, n)), gamma, slopes);
  adam(game.d, slopes, game.dMemory, {rate});
  return mean(logits.map((l, i) => softplus(i < n ? -l : l)));
};

const ringG = (game, z, {rate, loss}) => {
  const made = forward(game.g, z), seen = forward(game.d, made.at(-1)), slopes = zeros(game.g);
  const logits = seen.at(-1).map(row => row[0]);
  const onFakes = backward(game.d, seen, logits.map(l => [PUSH[loss](l) / z.length]), null);
  backward(game.g, made, onFakes, slopes);
  adam(game.g, slopes, game.gMemory, {rate});
  return mean(logits.map(G_LOSS[loss]));
};

// Glorot and Bengio (2010), equation 16.
const fresh = (sizes, uniform) => sizes.slice(1).map((units, k) => {
  const inputs = sizes[k], most = Math.sqrt(6 / (inputs + units));
  return {inputs, units, kernel: Float64Array.from({length: inputs * units}, () => most * (2 * uniform() - 1)), bias: new Float64Array(units)};
});

const newRing = (seed, units = 32) => {
  const {uniform} = dice(seed), g = fresh([2, units, units, 2], uniform), d = fresh([2, units, units, 1], uniform);
  return {g, d, gMemory: remembering(g), dMemory: remembering(d), step: 0};
};

// ---- the page ----

const COLOURS = {d: '#0072B2', g: '#D55E00', real: '#009E73'};
const SHADES = ['#F6CBAB', '#FADBC6', '#FFFFFF', '#C4DDF1', '#8ABEE5'].map(one => [1, 3, 5].map(i => parseInt(one.slice(i, i + 2), 16)));

// The colour of a logit: G's orange where D says fake, white where she cannot tell, D's blue where she says real.
const shade = logit => {
  const place = (Math.min(3, Math.max(-3, logit)) / 3 + 1) * 2, low = Math.min(3, Math.floor(place));
  return [0, 1, 2].map(c => SHADES[low][c] + (place - low) * (SHADES[low + 1][c] - SHADES[low][c]));
};

// A canvas as sharp as the screen, with its size in CSS pixels.
const sharp = canvas => {
  const {width, height} = canvas.getBoundingClientRect(), more = window.devicePixelRatio || 1;
  canvas.width = width * more; canvas.height = height * more;
  const pen = canvas.getContext('2d');
  pen.scale(more, more);
  return [pen, width, height];
};

// Play and pause, at most some steps a picture; stops by itself when the page is not looked at.
const player = (button, act) => {
  let on = false;
  const stop = () => { on = false; button.textContent = 'Play'; button.setAttribute('aria-pressed', 'false'); };
  const turn = () => { if (!on) return; act(); requestAnimationFrame(turn); };
  button.onclick = () => {
    if (on) return stop();
    on = true; button.textContent = 'Pause'; button.setAttribute('aria-pressed', 'true');
    requestAnimationFrame(turn);
  };
  document.addEventListener('visibilitychange', () => document.hidden && stop());
  return stop;
};

const playKnob = root => {
  const parts = partsOf(root);
  let game, path, random;
  const noise = () => Array.from({length: 100}, () => +parts.width.value * random.normal());
  const restart = () => { random = dice(1); game = {theta: 3, w: 0, b: 0, loss: Math.LN2}; path = []; remember(); draw(); };
  const remember = () => path.push([game.theta, game.w]);
  const stepD = () => { if (!parts.owner.checked) game = knobD(game, noise(), noise(), +parts.rate.value); };
  const stepG = () => { if (!parts.forger.checked) game = knobG(game, noise(), +parts.rate.value, parts.loss.value); };
  const draw = () => {
    const [pen, wide, high] = sharp(parts.line), x = v => (v + 4) / 8 * wide, y = v => high - 26 - v * (high - 40);
    const style = getComputedStyle(root).color;
    pen.strokeStyle = pen.fillStyle = style; pen.globalAlpha = .35;
    for (const v of [0, .5, 1]) { pen.beginPath(); pen.moveTo(0, y(v)); pen.lineTo(wide, y(v)); pen.stroke(); }
    pen.globalAlpha = 1; pen.font = '13px system-ui, sans-serif';
    pen.fillText('belief ½', 4, y(.5) - 4);
    const show = dice(7), width = +parts.width.value;
    for (let i = 0; i < 40; i++) {
      const one = width * show.normal();
      pen.fillStyle = COLOURS.real; pen.fillRect(x(one) - 1, y(0) + 2, 2, 9);
      pen.fillStyle = COLOURS.g; pen.fillRect(x(one + game.theta) - 1, y(0) + 13, 2, 9);
    }
    pen.strokeStyle = COLOURS.d; pen.lineWidth = 3; pen.beginPath();
    for (let i = 0; i <= 80; i++) pen.lineTo(x(-4 + i / 10), y(sigma(game.w * (-4 + i / 10) + game.b)));
    pen.stroke();

    const [ink, across, down] = sharp(parts.plane), px = v => (v + 4) / 8 * across, py = v => (1.6 - v) / 3.2 * down;
    ink.strokeStyle = ink.fillStyle = style; ink.globalAlpha = .35; ink.beginPath();
    ink.moveTo(px(0), 0); ink.lineTo(px(0), down); ink.moveTo(0, py(0)); ink.lineTo(across, py(0)); ink.stroke();
    ink.globalAlpha = 1; ink.font = '13px system-ui, sans-serif';
    ink.fillText('→ his knob θ   ↑ her weight w', 6, 16);
    ink.strokeStyle = COLOURS.g; ink.lineWidth = 2; ink.beginPath();
    path.forEach(([theta, w]) => ink.lineTo(px(theta), py(w)));
    ink.stroke();
    ink.beginPath(); ink.arc(px(game.theta), py(game.w), 5, 0, 7); ink.fill();
    parts.theta.value = game.theta; parts.w.value = game.w;
    parts.said.textContent = `Turn ${path.length - 1}: θ = ${game.theta.toFixed(2)}, w = ${game.w.toFixed(2)}, d_loss = ${game.loss.toFixed(2)} (ln 2 is 0.69)`;
    parts.line.setAttribute('aria-label', `Real bottles around 0, forged ones around ${game.theta.toFixed(1)}; her belief ${game.w > .05 ? 'rises' : game.w < -.05 ? 'falls' : 'is flat'} from left to right.`);
  };
  const turn = () => { stepD(); stepG(); remember(); };
  player(parts.play, () => { for (let i = 0; i < 3; i++) turn(); if (path.length > 3000) path.splice(1, 3); draw(); });
  parts.d.onclick = () => { stepD(); remember(); draw(); };
  parts.g.onclick = () => { stepG(); remember(); draw(); };
  parts.restart.onclick = restart;
  parts.theta.oninput = () => { parts.forger.checked = true; game.theta = +parts.theta.value; remember(); draw(); };
  parts.w.oninput = () => { parts.owner.checked = true; game.w = +parts.w.value; remember(); draw(); };
  parts.width.oninput = draw;
  addEventListener('resize', draw);
  restart();
};

const RING = Array.from({length: 8}, (_, i) => [Math.cos(i * Math.PI / 4), Math.sin(i * Math.PI / 4)]);
const DATA = {ring: [RING, .05], heaps: [[[-.7, 0], [.7, 0]], .15]};

const playRing = root => {
  const parts = partsOf(root), BATCH = 64, CELLS = 44, FAR = 1.6;
  const lattice = [], tile = document.createElement('canvas'), small = new ImageData(CELLS, CELLS);  // the map: one pixel a place
  for (let i = 0; i < CELLS; i++) for (let j = 0; j < CELLS; j++) lattice.push([-FAR + (j + .5) * 2 * FAR / CELLS, FAR - (i + .5) * 2 * FAR / CELLS]);
  tile.width = tile.height = CELLS;
  let game, random, seed = 1, losses = [NaN, NaN];
  const real = count => Array.from({length: count}, () => {
    const [centres, spread] = DATA[parts.data.value], [x, y] = centres[Math.floor(random.uniform() * centres.length)];
    return [x + spread * random.normal(), y + spread * random.normal()];
  });
  const noise = (dice, count) => Array.from({length: count}, () => [dice.normal(), dice.normal()]);
  const options = () => ({rate: 10 ** +parts.rate.value, gamma: parts.r1.checked ? 1 : 0, loss: parts.loss.value});
  const stepD = () => { losses[0] = ringD(game, real(BATCH), noise(random, BATCH), options()); };
  const stepG = () => { losses[1] = ringG(game, noise(random, BATCH), options()); game.step += 1; };
  const draw = () => {
    const [pen, side] = sharp(parts.map), place = v => (v + FAR) / (2 * FAR) * side;
    forward(game.d, lattice).at(-1).forEach(([logit], n) => small.data.set([...shade(logit), 255], 4 * n));
    tile.getContext('2d').putImageData(small, 0, 0);
    pen.drawImage(tile, 0, 0, side, side);
    const kept = random; random = dice(3);
    pen.fillStyle = COLOURS.real;
    for (const [x, y] of real(200)) { pen.beginPath(); pen.arc(place(x), side - place(y), 2.5, 0, 7); pen.fill(); }
    random = kept;
    const made = forward(game.g, noise(dice(5), 200)).at(-1);
    pen.strokeStyle = COLOURS.g; pen.lineWidth = 1.6; pen.beginPath();
    for (const [x, y] of made) {
      const [u, v] = [place(x), side - place(y)];
      pen.moveTo(u - 3, v - 3); pen.lineTo(u + 3, v + 3); pen.moveTo(u - 3, v + 3); pen.lineTo(u + 3, v - 3);
    }
    pen.stroke();
    // A heap is reached when a quarter of its fair share of the fakes lies within three standard deviations.
    const [centres, spread] = DATA[parts.data.value];
    const near = centres.map(([x, y]) => made.filter(([a, b]) => Math.hypot(a - x, b - y) < 3 * spread).length);
    const reached = near.filter(n => n >= made.length / centres.length / 4).length;
    const figures = losses.map(one => Number.isNaN(one) ? '–' : one.toFixed(2));
    parts.said.textContent = `Step ${game.step}: d_loss ${figures[0]}, g_loss ${figures[1]}; heaps reached: ${reached} of ${centres.length}`;
    parts.map.setAttribute('aria-label', `A map of D's logit with real and fake points: ${reached} of ${centres.length} heaps reached at step ${game.step}.`);
  };
  const restart = () => { random = dice(seed); game = newRing(seed); losses = [NaN, NaN]; draw(); };
  const turn = () => { for (let i = 0; i < +parts.k.value; i++) stepD(); stepG(); };
  player(parts.play, () => { const until = performance.now() + 12; do turn(); while (performance.now() < until); draw(); });
  parts.d.onclick = () => { for (let i = 0; i < 10; i++) stepD(); draw(); };
  parts.g.onclick = () => { for (let i = 0; i < 10; i++) stepG(); draw(); };
  parts.restart.onclick = () => { seed += 1; restart(); };
  parts.data.onchange = restart;
  parts.rate.oninput = () => parts.rate.setAttribute('aria-valuetext', (10 ** +parts.rate.value).toPrecision(1));
  addEventListener('resize', draw);
  restart();
};
