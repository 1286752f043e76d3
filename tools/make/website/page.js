// What must scroll sideways can be reached with the keyboard.
const reach = () => document.querySelectorAll("pre, p, .wide").forEach(box => {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; else box.removeAttribute("tabindex");
});
addEventListener("load", reach);
addEventListener("resize", reach);
