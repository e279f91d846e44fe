import fc from 'fast-check';

/**
 * From its first failure on, a property has so long to look for a smaller example; then it fails with the smallest that
 * it has, its seed and its path. Without that the search of a slow property goes on until the test's own time is over,
 * which tells neither. A property that holds has all the time that its test has: how long it takes is judged nowhere.
 */
const SHRINKING_MS = 20_000;

fc.installGlobalPlugin(() => {
  let failed = false;
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  let endShrinking: (interrupted: fc.PreconditionFailure) => void = () => {};
  const shrinkingEnds = new Promise<fc.PreconditionFailure>(resolve => {
    endShrinking = resolve;
  });
  const interrupted = () => new fc.PreconditionFailure(true);
  let until = Number.POSITIVE_INFINITY;
  const noteFailure = (outcome: unknown): void => {
    if (failed || outcome === null || outcome instanceof fc.PreconditionFailure) return;
    failed = true;
    until = performance.now() + SHRINKING_MS;
    timer = setTimeout(() => {
      over = true;
      endShrinking(interrupted());
    }, SHRINKING_MS);
  };
  return {
    decorateRun: run => value => {
      // A property without a pause lets no timer fire.
      if (over || performance.now() > until) return interrupted();
      const outcome = run(value);
      if (outcome === null || !('then' in outcome)) {
        noteFailure(outcome);
        return outcome;
      }
      return Promise.race([
        shrinkingEnds,
        outcome.then(ended => {
          noteFailure(ended);
          return ended;
        }),
      ]);
    },
    afterAll: () => clearTimeout(timer),
  };
});
