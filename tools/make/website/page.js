// What must scroll sideways can be reached with the keyboard, and fades where more of it is hidden.
const sideways = [...document.querySelectorAll("pre, p, .wide")];
const fade = box => {
  const left = box.scrollLeft > 8, right = box.scrollLeft + box.clientWidth < box.scrollWidth - 8;
  if (left || right) box.dataset.more = (left ? "left " : "") + (right ? "right" : ""); else delete box.dataset.more;
};
const reach = () => sideways.forEach(box => {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; else box.removeAttribute("tabindex");
  fade(box);
});
sideways.forEach(box => box.addEventListener("scroll", () => fade(box), {passive: true}));
addEventListener("load", reach);
addEventListener("resize", reach);
document.addEventListener("toggle", reach, true);  // what is unfolded has a width from then on
