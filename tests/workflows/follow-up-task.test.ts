import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { followUpTask } from '../../workflows/follow-up-task.ts';
import { contactId } from '../factory-visit/visit.ts';
import { Visits } from '../factory-visit/visits-in-a-log.ts';
import { at, customer } from '../given-when-then.ts';

function opened() {
  const visits = new Visits();
  const caseId = visits.heldOn('2026-08-31', '2026-08-10 10:00');
  visits.fire('openWave', 'wave1', caseId);
  return { visits, world: visits.world, caseId };
}

describe('a wave that opens', () => {
  test('is a task for marketing, with whom to call and until when', () => {
    const { world, caseId } = opened();
    world.react([followUpTask], '2026-09-30 08:31');
    expect(world.last('FactoryVisitFollowUpTaskOpened').data).toMatchObject({
      wave: 1,
      cycle: 1,
      contactId,
      dueAt: at('2026-10-19 17:30'),
    });
    expect(world.state(caseId).phase).toBe('followUp');
    expect(world.refused).toEqual([]);
  });

  test('is one task, wherever the workflow was killed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1), { maxLength: 4 }), crashes => {
        const { world } = opened();
        for (const after of crashes) {
          world.reactTo(followUpTask, world.last('FollowUpWaveOpened'), '2026-09-30 08:31', after);
        }
        world.react([followUpTask], '2026-09-30 08:31');
        expect(world.react([followUpTask], '2026-09-30 08:32')).toBe(0);
        expect(world.log.filter(e => e.type === 'FactoryVisitFollowUpTaskOpened')).toHaveLength(1);
      }),
    );
  });

  test('is none when the customer was faster', () => {
    const { visits, world, caseId } = opened();
    visits.give('declineFollowUp', { wave: 1 }, customer, '2026-09-30 08:30', caseId);
    world.react([followUpTask], '2026-09-30 08:31');
    expect(world.log.filter(e => e.type === 'FactoryVisitFollowUpTaskOpened')).toEqual([]);
    expect(world.refused).toEqual([]);
  });
});
