/** Before anything else is loaded: the rest does not load in an older Node, and would not say why. */
const NEEDED_NODE = 26;
const [major = 0] = process.versions.node.split('.').map(Number);

if (major < NEEDED_NODE) {
  process.stderr.write(
    `redress: this is Node ${process.versions.node}, and Redress needs Node ${NEEDED_NODE}, which npm install brings along: ` +
      'run npm start, npm run redress or bin/redress instead.\n',
  );
  process.exitCode = 1;
} else {
  const { keepCompiled } = await import('./compile-cache.ts');
  keepCompiled();
  const { runProgram } = await import('./cli/program.ts');
  await runProgram();
}

export {};
