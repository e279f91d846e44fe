import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { complaintFrequencies } from '../../src/views/queries/frequencies.ts';
import { caseById, countCases } from '../../src/views/queries/list-cases.ts';
import { listDeadlines } from '../../src/views/queries/list-deadlines.ts';
import { resultsOfCase, slaReport } from '../../src/views/queries/sla-report.ts';
import { ViewReader } from '../../src/views/view-reader.ts';
import { firstItem, received, reply } from '../complaint/complaints.ts';
import { agent, at, lead, qa } from '../given-when-then.ts';
import { append, caseIdOf, storedOf, type Told } from '../views/cases-in-a-log.ts';
import { ViewFolder } from '../views/view-folder.ts';

let views: ViewFolder;
const reader = new ViewReader();
let told = 0;
beforeEach(async () => {
  views = await ViewFolder.make();
  told = 0;
});
afterEach(async () => {
  reader.close();
  await views.close();
});

/** The n-th case of the log, from 0, with these events; the views see it at once. */
async function happened(...stories: readonly { readonly events: Told }[]): Promise<void> {
  for (const { events } of stories) {
    await append(views.store, storedOf(`complaint-${caseIdOf(told)}`, events));
    told++;
  }
  await views.follow();
  reader.moveTo(views.path);
}

const items = (party: string, defectCategory: string) => ({
  items: [
    {
      itemId: firstItem,
      responsibleParty: { kind: 'department' as const, code: party },
      defectCategory,
      severity: 'major' as const,
    },
  ],
});
const classified = received().did('classify', items('production', 'sliderDetached'), qa, '2026-09-29 17:00');
const first = caseIdOf(0);

describe('the list of cases', () => {
  it('numbers cases by their first events, and says how far each is and what is due next', async () => {
    await happened(received(), received({ complainant: { name: 'Other Bags' } }, '2026-09-29 17:00'));
    expect(caseById(reader, first)).toMatchObject({
      number: 'CMP-2026-000001',
      lifecycle: 'complaint',
      phase: 'received',
      priority: 'normal',
      closed: false,
      receivedAt: at('2026-09-29 16:00'),
      customerName: 'Bao Bags',
      siteRegion: 'province',
      breached: false,
      nextDueAt: Math.min(...received().state.clocks.map(clock => clock.schedule.dueAt)),
    });
    expect(caseById(reader, caseIdOf(1))).toMatchObject({
      number: 'CMP-2026-000002',
      customerName: 'Other Bags',
    });
    expect(countCases(reader)).toEqual([{ lifecycle: 'complaint', closed: false, cases: 2 }]);
  });

  it('shows a promise that is broken, and that a timer is no activity', async () => {
    const late = received().passed('2026-10-20 12:00');
    await happened(late);
    expect(caseById(reader, first)).toMatchObject({ breached: true, lastActivityAt: at('2026-09-29 16:00') });
  });

  it('closes and counts a case that is voided', async () => {
    await happened(received().did('voidEntry', { reason: 'A test' }, lead, '2026-09-29 18:00'));
    expect(caseById(reader, first)).toMatchObject({ phase: 'voided', closed: true, endedHow: 'voided' });
    expect(countCases(reader)).toEqual([{ lifecycle: 'complaint', closed: true, cases: 1 }]);
  });
});

describe('deadlines', () => {
  it('are those of open promises, the first due first, with whose they are', async () => {
    const assigneeId = agent.id;
    const story = received().did('assign', { assigneeId }, lead, '2026-09-29 16:30');
    await happened(story);
    const { rows } = listDeadlines(reader, {}, { limit: 50 });
    expect(rows.map(row => [row.name, row.dueAt, row.assigneeId])).toEqual(
      story.state.clocks
        .filter(clock => clock.status === 'running')
        .map(clock => [clock.clock, clock.schedule.dueAt, assigneeId])
        .sort((a, b) => Number(a[1]) - Number(b[1]) || (String(a[0]) < String(b[0]) ? -1 : 1)),
    );
  });

  it('are gone when the promise is kept, or the case is over', async () => {
    const replied = received().did('sendPreliminaryReply', reply, agent, '2026-09-29 18:00');
    await happened(replied, received().did('voidEntry', { reason: 'A test' }, lead, '2026-09-29 18:00'));
    const { rows } = listDeadlines(reader, {}, { limit: 50 });
    expect(rows.map(row => row.caseId).filter(id => id !== first)).toEqual([]);
    expect(rows.map(row => row.name)).not.toContain('firstReply');
  });
});

describe('results of promises', () => {
  it('tell a kept one from a late one, by how much', async () => {
    const kept = received().did('sendPreliminaryReply', reply, agent, '2026-09-29 18:00');
    const late = received()
      .passed('2026-10-20 12:00')
      .did('sendPreliminaryReply', reply, agent, '2026-10-20 12:00');
    await happened(kept, late);
    const firstReply = (n: number) =>
      resultsOfCase(reader, caseIdOf(n)).find(row => row.clock === 'firstReply');
    expect(firstReply(0)).toMatchObject({ result: 'met', exception: null });
    expect(firstReply(1)).toMatchObject({
      result: 'late',
      exception: 'late',
      lateMs: at('2026-10-20 12:00') - received().clock('firstReply').schedule.dueAt,
    });
    const [line] = slaReport(reader, 'clock', { clock: 'firstReply' });
    expect(line).toMatchObject({ met: 1, breached: 1, metPercent: 50 });
  });

  it('go with the party when a complaint is classified otherwise', async () => {
    await happened(classified);
    const groups = () => [...new Set(slaReport(reader, 'responsibleParty', {}).map(line => line.group))];
    expect(groups()).toEqual(['department:production']);
    await append(
      views.store,
      storedOf(
        `complaint-${first}`,
        classified.did(
          'reclassify',
          { ...items('dyeing', 'colourDeviation'), reason: 'Seen again' },
          qa,
          '2026-09-30 10:00',
        ).events,
      ).slice(classified.revision + 1),
    );
    await views.follow();
    expect(groups()).toEqual(['department:dyeing']);
  });

  it('leave the figures with a case that is voided', async () => {
    await happened(classified.did('voidEntry', { reason: 'A test' }, lead, '2026-09-29 18:00'));
    expect(slaReport(reader, 'team', {})).toEqual([]);
  });
});

describe('frequencies of complaints', () => {
  it('count each item by its category, party, customer and month', async () => {
    await happened(classified, classified, received({ complainant: { name: 'Other Bags' } }));
    expect(complaintFrequencies(reader, 'defectCategory', {})).toEqual([
      { value: 'sliderDetached', items: 2, percent: 66.67, cumulativePercent: 66.67 },
      { value: 'notClassified', items: 1, percent: 33.33, cumulativePercent: 100 },
    ]);
    expect(complaintFrequencies(reader, 'customer', {}).map(({ value, items }) => [value, items])).toEqual([
      ['Bao Bags', 2],
      ['Other Bags', 1],
    ]);
    expect(complaintFrequencies(reader, 'month', {})).toEqual([
      { value: '2026-09', items: 3, percent: 100, cumulativePercent: 100 },
    ]);
    expect(complaintFrequencies(reader, 'defectCategory', { fromMonth: '2026-10' })).toEqual([]);
  });

  it('forget a case that is voided', async () => {
    await happened(classified.did('voidEntry', { reason: 'A test' }, lead, '2026-09-29 18:00'));
    expect(complaintFrequencies(reader, 'responsibleParty', {})).toEqual([]);
  });
});
