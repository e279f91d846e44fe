import { describe, expect, test } from 'vitest';
import { registered } from '../../domain/case/lifecycle.ts';
import { complaint } from '../../domain/complaint/complaint.ts';
import { difficultProblem } from '../../domain/difficult-problem/difficult-problem.ts';
import { hardProblem } from '../../workflows/hard-problem.ts';
import { agent, idOf, qa } from '../given-when-then.ts';
import { World } from './world.ts';

function received(...codes: readonly string[]) {
  const world = new World([registered(complaint), registered(difficultProblem)]);
  const data = {
    kind: 'product',
    complainant: { name: 'Nanyang' },
    channel: 'phone',
    siteRegion: 'local',
    items: codes.map(code => ({ product: { code } })),
    description: 'd',
  };
  const id = world.give('complaint', { type: 'receive', data }, agent, '2026-03-02 10:00');
  const classification = { responsibleParty: { kind: 'notEstablished' }, severity: 'minor' };
  const items = [{ ...classification, defectCategory: 'plating' }];
  world.give('complaint', { type: 'classify', data: { items } }, qa, '2026-03-02 11:00', id);
  const show = (more: object = {}) => {
    const shown = { description: 'Nobody knows why.', ...more };
    world.give('complaint', { type: 'showHardProblem', data: shown }, qa, '2026-03-02 13:30', id);
  };
  return { world, id, show };
}

describe('a complaint that shows a hard problem', () => {
  test('raises it with product and defect, linked both ways, once wherever the workflow was killed', () => {
    const { world, id, show } = received('5VS-CFC');
    show({ teamId: idOf(0xb) });
    for (const after of [0, 1]) {
      world.reactTo(hardProblem, world.last('ComplaintHardProblemShown'), '2026-03-02 13:31', after);
    }
    world.react([hardProblem], '2026-03-02 13:32');
    expect(world.react([hardProblem], '2026-03-02 13:33')).toBe(0);
    const [problem, ...others] = world.cases('difficult-problem');
    expect(others).toEqual([]);
    expect(problem?.state).toMatchObject({
      origin: { lifecycle: 'complaint', caseId: id },
      productCode: '5VS-CFC',
      defectCategory: 'plating',
      teamId: idOf(0xb),
      linkedTo: [id],
    });
    expect(world.state(id).linkedTo).toEqual([problem?.caseId]);
    expect(world.refused).toEqual([]);
  });

  test('says once of each item, and once of the whole, for its own team', () => {
    const { world, id, show } = received('5VS-CFC', '3NY');
    show();
    expect(() => show()).toThrow('hardProblemAlreadyRaised');
    const [, second] = (world.state(id) as unknown as { items: readonly { itemId: string }[] }).items;
    show({ itemId: second?.itemId });
    expect(() => show({ itemId: second?.itemId })).toThrow('hardProblemAlreadyRaised');
    expect(() => show({ itemId: idOf(0x99) })).toThrow('noSuchItem');
    world.react([hardProblem], '2026-03-02 13:32');
    const [whole, one] = world.cases('difficult-problem').map(problem => problem.state);
    expect(whole).toMatchObject({ teamId: world.state(id).teamId });
    expect(whole).not.toHaveProperty('productCode');
    expect(one).toMatchObject({ productCode: '3NY', defectCategory: 'plating' });
  });
});
