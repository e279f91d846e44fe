import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_DEFECT_CATEGORIES } from '../../domain/complaint/default-defect-categories.ts';
import { lifecycleByName, lifecycles } from '../../domain/lifecycles.ts';
import { pendingTimers } from '../../domain/sla/timers.ts';
import { DEFECTS } from '../../src/demo/cast.ts';
import { demoHistory } from '../../src/demo/demo-history.ts';
import { importLog } from '../../src/import/importer.ts';
import { readMapping } from '../../src/import/mapping-file.ts';
import { workflows } from '../../workflows/index.ts';
import { testClock } from '../engine/house.ts';
import { importHouse, linesOf } from '../import/import-house.ts';

const NOW = Date.parse('2026-11-24T10:00:00+08:00');
const text = readFileSync(join(import.meta.dirname, '../../mappings/demo.yaml'), 'utf8');
const mapping = readMapping(text, 'demo.yaml', lifecycles);

async function imported(options: { seed: number; cases: number; now: number }) {
  const lifecycle = lifecycleByName('complaint');
  if (lifecycle === undefined) throw new Error('there are no complaints');
  const house = await importHouse({ clock: testClock(options.now), lifecycle, workflows });
  const report = await importLog(linesOf(demoHistory(options)), mapping, house.target);
  return { house, report, lifecycle };
}

describe('the demo’s history', { timeout: 60_000 }, () => {
  test('is the same for the same seed, and another for another', () => {
    const options = { seed: 1, cases: 40, now: NOW };
    expect(demoHistory(options)).toEqual(demoHistory(options));
    expect(demoHistory({ ...options, seed: 2 })).not.toEqual(demoHistory(options));
  });

  test('breaks no rule, whatever the seed, the size and the day', async () => {
    const anyDay = fc.integer({
      min: Date.parse('2025-03-01T00:00:00Z'),
      max: Date.parse('2027-12-01T00:00:00Z'),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 60 }), anyDay, async (seed, cases, now) => {
        const { report } = await imported({ seed, cases, now });
        expect(report.refused).toEqual([]);
        expect(report.cases).toBe(cases);
      }),
      { numRuns: 12 },
    );
  });

  test('has complaints of every kind of end, and promises kept, missed and mended', async () => {
    const { house } = await imported({ seed: 1, cases: 300, now: NOW });
    const types = new Set((await house.events()).map(event => event.type));
    for (const type of [
      'SlaClockMet',
      'SlaClockBreached',
      'SlaClockFulfilled',
      'SlaClockEscalated',
      'SlaClockPaused',
      'UrgencyConfirmed',
      'CaseAbsorbed',
      'CaseReopened',
      'CaseWithdrawn',
      'CaseVoided',
      'CustomerReminded',
      'ComplaintContested',
      'ComplaintReviewed',
      'ComplaintResponsibilityRuled',
      'ComplaintRemedyApproved',
    ]) {
      expect(types).toContain(type);
    }
  });

  test('has promises that fall due in the minutes to come', async () => {
    const { house, lifecycle } = await imported({ seed: 1, cases: 150, now: NOW });
    const streams = new Set((await house.events()).map(event => event.streamId));
    let soon = 0;
    for (const streamId of streams) {
      const loaded = await house.handler.load(lifecycle, streamId.slice(streamId.indexOf('-') + 1));
      const timers = loaded === undefined ? [] : pendingTimers(loaded.state);
      soon += timers.filter(({ at }) => at > NOW && at <= NOW + 20 * 60_000).length;
    }
    expect(soon).toBeGreaterThanOrEqual(10);
  });

  test('names defects by the house’s categories', () => {
    const codes = DEFAULT_DEFECT_CATEGORIES.map(({ code }) => code);
    expect(DEFECTS.filter(({ category }) => !codes.includes(category))).toEqual([]);
  });
});
