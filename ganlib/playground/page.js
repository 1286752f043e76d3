const root = this.closest('.ganlib');
if (root && !root.dataset.named) {
  root.dataset.named = 'yes';
  const set = (node, name, value) => { if (node.getAttribute(name) !== value) node.setAttribute(name, value); };
  const name = () => {
    root.querySelectorAll('img[title]').forEach(image => set(image, 'alt', image.title));
    root.querySelectorAll('.widget-toggle-button').forEach(
      one => set(one, 'aria-pressed', String(one.classList.contains('mod-active'))));
    root.querySelectorAll('.jupyter-button[title]').forEach(one => { if (one.title) set(one, 'aria-label', one.title.includes(':') ? one.title : one.textContent.trim()); });
    root.querySelectorAll('[role=slider]').forEach(knob => {
      const box = knob.closest('.jupyter-widgets');
      set(knob, 'aria-label', box.querySelector('.widget-label').textContent);
      set(knob, 'aria-valuetext', box.querySelector('.widget-readout').textContent);
    });
    root.querySelectorAll('.widget-readout[contenteditable]').forEach(one => {
      set(one, 'role', 'textbox');
      set(one, 'aria-label', one.closest('.jupyter-widgets').querySelector('.widget-label').textContent + ', in figures');
    });
  };
  new MutationObserver(name).observe(root, {subtree: true, childList: true, characterData: true,
    attributes: true, attributeFilter: ['title', 'class', 'contenteditable']});
  name();
}
