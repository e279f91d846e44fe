/** One line on a terminal that is written over again and again; nothing where nobody looks. */
export function progressLine(): { show(text: string): void; clear(): void } {
  const out = process.stderr;
  return {
    show(text) {
      if (out.isTTY) out.write(`\r\u001B[K${text}`);
    },
    clear() {
      if (out.isTTY) out.write('\r\u001B[K');
    },
  };
}
