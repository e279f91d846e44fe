import { expect, it } from 'vitest';
import { terminalText } from '../../src/cli/terminal-text.ts';

it('shows what could control a terminal as an escape', () => {
  expect(terminalText('\u001b[31mred\u001b[0m\r\nnext\u0007 \u009b2J')).toBe(
    '\\u001b[31mred\\u001b[0m\\u000d\\u000anext\\u0007 \\u009b2J',
  );
  expect(terminalText('a\u202eb\u2066c\u200f')).toBe('a\\u202eb\\u2066c\\u200f');
});

it('leaves words of any language as they are', () => {
  const text = '拉头在水洗后脱落，客户要求补货。 Größe 5 – “ok” 𠮷 👍🏽 العربية';
  expect(terminalText(text)).toBe(text);
});
