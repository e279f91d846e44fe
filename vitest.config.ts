import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/bounded-shrinking.ts'],
    // Nothing here is judged by how long it takes; a hung test must end all the same, on the slowest machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
