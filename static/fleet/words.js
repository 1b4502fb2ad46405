// The few words that scripts write, in the reader's language.
export const words = JSON.parse(document.getElementById("fleet-words").textContent);
export const say = (name, value) => words[name].replace(/%[sd]/, value);

const toast = document.querySelector(".fleet-toast");
let hiding;
export function tell(text) {
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (toast.hidden = true), 4000);
}
export function remember(name, value) {
  document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`;
}
