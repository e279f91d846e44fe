import { afterEach, describe, expect, it } from 'vitest';
import { calendarFile, chinaFile, chinaYear, STATES } from './china.ts';
import { at, type HouseInTime, houseInTime } from './house-in-time.ts';

let open: HouseInTime | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

/** A house of late 2018, with China's calendar as far as it was known, and 2019 announced. */
async function houseOf2018(): Promise<HouseInTime> {
  const made = await houseInTime(at('2018-12-01T09:00:00+08:00'));
  open = made;
  await made.publishCalendar(chinaFile('2018-12-31'));
  await publish(made, '2019 announced');
  return made;
}

function publish(made: HouseInTime, state: keyof typeof STATES): Promise<number> {
  made.clock.at = at(STATES[state].at);
  return made.publishCalendar(calendarFile(STATES[state].file));
}

describe('the amendment of May 2019, announced on 22 March', () => {
  it('leaves the promise as it was known before in the log, and moves it when it is laid on', async () => {
    const made = await houseOf2018();
    await made.publishTarget('complaint', 'closing', {
      kind: 'workingDays',
      count: 30,
      countFrom: 'receipt',
    });
    made.clock.at = at('2019-03-20T10:00:00+08:00');
    const caseId = await made.receive();
    await publish(made, '2019 amended');
    const known = (when: string) => made.house.policies.calendarKnownAt('cn', at(when)).version;
    expect([known('2019-03-22T11:59:59+08:00'), known('2019-03-22T12:00:00+08:00')]).toEqual([3, 4]);
    // With 1 May alone off, the thirtieth working day is Friday the 3rd.
    const before = {
      because: 'started',
      due: '2019-05-03 10:00',
      calendar: 3,
      policy: 2,
      provisional: false,
    };
    expect(await made.deadlinesOf(caseId, 'closing')).toEqual([before]);

    const { moves } = await made.house.deadlineRuns.preview({ what: 'calendar' }, { after: '', limit: 100 });
    expect(moves.filter(({ clock }) => clock === 'closing')).toEqual([
      expect.objectContaining({
        fromAt: at('2019-05-03T10:00:00+08:00'),
        toAt: at('2019-05-05T10:00:00+08:00'),
        why: [
          '2019-04-28 is worked 08:30-12:00, 13:30-17:30 now, not closed (劳动节)',
          '2019-05-02 is closed now, not 08:30-12:00, 13:30-17:30 (劳动节)',
          '2019-05-03 is closed now, not 08:30-12:00, 13:30-17:30 (劳动节)',
          '2019-05-05 is worked 08:30-12:00, 13:30-17:30 now, not closed (劳动节)',
        ],
      }),
    ]);
    expect(await made.deadlinesOf(caseId, 'closing')).toEqual([before]);

    const run = await made.run('calendar');
    expect(run).toMatchObject({ ended: { outcome: 'done' }, calendar: { id: 'cn', version: 4 } });
    // Sunday 28 April is worked, 1 to 4 May are off: the thirtieth is Sunday the 5th, worked too.
    expect(await made.deadlinesOf(caseId, 'closing')).toEqual([
      before,
      { because: 'calendar', due: '2019-05-05 10:00', calendar: 4, policy: 2, provisional: false },
    ]);
  });
});

describe('the amendment of the spring festival of 2020, announced on 27 January in the middle of it', () => {
  it('moves what was due on a Saturday that is no longer worked', async () => {
    const made = await houseOf2018();
    await publish(made, '2019 amended');
    await publish(made, '2020 announced');
    made.clock.at = at('2020-01-20T10:00:00+08:00');
    const caseId = await made.receive();
    const before = {
      because: 'started',
      due: '2020-02-01 10:00',
      calendar: 5,
      policy: 1,
      provisional: false,
    };
    expect(await made.deadlinesOf(caseId, 'decision')).toEqual([before]);

    await publish(made, '2020 amended');
    await made.run('calendar');
    expect(await made.deadlinesOf(caseId, 'decision')).toEqual([
      before,
      { because: 'calendar', due: '2020-02-03 10:00', calendar: 6, policy: 1, provisional: false },
    ]);
    // That state of the data passed over Friday 31 January; a version that closes it moves the promise once more.
    await made.publishCalendar(chinaYear(2020));
    await made.run('calendar');
    expect((await made.deadlinesOf(caseId, 'decision')).at(-1)).toMatchObject({
      due: '2020-02-04 10:00',
      calendar: 7,
    });
    // What started after it needs no second word.
    const later = await made.receive();
    expect((await made.deadlinesOf(later, 'decision')).map(({ calendar }) => calendar)).toEqual([7]);
    const again = await made.run('calendar');
    expect(again).toMatchObject({ moved: 0, cases: 2 });
  });
});

/** A loaded machine may warn of more: of timers that come late. */
async function calendarWarnings(made: HouseInTime): Promise<readonly string[]> {
  const { warnings } = await made.house.ready();
  return warnings.filter(warning => warning.startsWith('calendar '));
}

describe('a year that nobody has published', () => {
  it('makes deadlines provisional and warns, and they are counted again by themselves once it is', async () => {
    const made = await houseOf2018();
    await publish(made, '2019 amended');
    made.clock.at = at('2019-11-15T10:00:00+08:00');
    expect(await calendarWarnings(made)).toEqual([
      'calendar cn is known through 2019-12-31: 2020 is not published. No deadline rests on it yet; promises of ' +
        'working days made from 2019-12-17 on will be. Publish it (redress calendar draft): they are then counted ' +
        'again by themselves',
    ]);
    made.clock.at = at('2019-12-30T10:00:00+08:00');
    const caseId = await made.receive();
    const before = { because: 'started', due: '2020-01-06 10:00', calendar: 4, policy: 1, provisional: true };
    expect(await made.deadlinesOf(caseId, 'decision')).toEqual([before]);
    await made.house.views.waitFor(await made.house.store.head(), 10_000);
    expect((await calendarWarnings(made)).join()).toContain(
      '2 deadlines are provisional, the first due on 2020-01-06',
    );

    await made.publishCalendar(calendarFile(STATES['2020 announced'].file));
    await made.house.deadlineRuns.settled();
    // New Year's Day is off: a working day later.
    expect(await made.deadlinesOf(caseId, 'decision')).toEqual([
      before,
      { because: 'calendar', due: '2020-01-07 10:00', calendar: 5, policy: 1, provisional: false },
    ]);
    const [run] = await made.house.deadlineRuns.list();
    expect(run).toMatchObject({ what: 'provisional', moved: 2, ended: { outcome: 'done' } });
    expect(await calendarWarnings(made)).toEqual([]);
  });

  it('is counted again for what was promised the moment before, which no view has seen', async () => {
    const made = await houseOf2018();
    await publish(made, '2019 amended');
    made.clock.at = at('2019-12-30T10:00:00+08:00');
    const caseIds = await Promise.all(Array.from({ length: 20 }, () => made.receive()));
    await made.publishCalendar(calendarFile(STATES['2020 announced'].file));
    await made.house.deadlineRuns.settled();
    for (const caseId of caseIds)
      expect((await made.deadlinesOf(caseId, 'decision')).at(-1)).toMatchObject({ due: '2020-01-07 10:00' });
  });

  it('is counted again after a restart, where the service went down between the two', async () => {
    const made = await houseOf2018();
    await publish(made, '2019 amended');
    made.clock.at = at('2019-12-30T10:00:00+08:00');
    const caseId = await made.receive();
    // Published by another node: this one learns of it from the log alone.
    await made.publishCalendar(calendarFile(STATES['2020 announced'].file));
    await made.restart();
    await made.house.deadlineRuns.settled();
    expect((await made.deadlinesOf(caseId, 'decision')).at(-1)).toMatchObject({ due: '2020-01-07 10:00' });
    expect(await made.house.deadlineRuns.list()).toHaveLength(1);
  });
});

describe('what is in force already', () => {
  it('moves nothing, whether promises are remembered or read from the log', async () => {
    const made = await houseOf2018();
    await publish(made, '2019 amended');
    made.clock.at = at('2019-04-10T10:00:00+08:00');
    await made.receive();
    await made.receive({ priority: 'urgent' });
    const moves = async (what: 'policy' | 'calendar') =>
      (await made.house.deadlineRuns.preview({ what }, { after: '', limit: 100 })).moves;
    expect([await moves('policy'), await moves('calendar')]).toEqual([[], []]);
    await made.restart();
    expect([await moves('policy'), await moves('calendar')]).toEqual([[], []]);
  });
});
