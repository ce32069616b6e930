// How much room a text field has left; said only when there is little.
const NEAR = 0.9;

export function counter(field, told) {
  const most = field.maxLength;
  const count = () => {
    const { length } = field.value;
    const near = length >= most * NEAR;
    const figures = `${length.toLocaleString("en")} of ${most.toLocaleString("en")} characters`;
    told.textContent = near ? figures : "";
    if (length >= most) told.textContent = `${figures}: no more fits in, so look at the end of it.`;
    told.classList.toggle("full", length >= most);
  };
  field.addEventListener("input", count);
  count();
  return count;
}
