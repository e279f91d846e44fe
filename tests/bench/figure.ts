/** Prints one measured figure as a JSON line. `value` is in `unit`. */
export function figure(bench: string, name: string, value: number, unit: string): void {
  console.log(JSON.stringify({ bench, figure: name, value: Number(value.toPrecision(4)), unit }));
}
