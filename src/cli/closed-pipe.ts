import { EXIT } from './reported.ts';
import { terminalText } from './terminal-text.ts';

/**
 * Who reads what a command says may go away before it is all said (`redress audit looks | head -1`). The command then
 * says no more, finishes what it does and ends by the code of what it found, as ripgrep does: what it did is no failure,
 * and a service outlives who reads its log. Output that is lost otherwise, on a full disk, is a failure and is told.
 */
export function outliveReaders(): void {
  for (const output of [process.stdout, process.stderr]) output.on('error', toldOnce());
}

function toldOnce(): (error: NodeJS.ErrnoException) => void {
  let isTold = false;
  return ({ code, message }) => {
    if (code === 'EPIPE' || isTold) return;
    isTold = true;
    process.stderr.write(`redress: the output is lost, it cannot be written: ${terminalText(message)}\n`);
    process.exitCode = EXIT.usage;
  };
}
