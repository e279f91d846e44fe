import { describe, expect, test } from 'vitest';
import { registered } from '../../domain/case/lifecycle.ts';
import { sampleRequest } from '../../domain/sample-request/sample-request.ts';
import { technicalLiaison } from '../../domain/technical-liaison/technical-liaison.ts';
import { continueCase } from '../../workflows/continue-case.ts';
import { agent, at, lead, marketing } from '../given-when-then.ts';
import { marketingContactId, nanyang, response, specialist } from '../technical-liaison/liaison-stories.ts';
import { World } from './world.ts';

const message = { direction: 'inbound', channel: 'wechat', text: '还有一个问题' };

function closedLiaison() {
  const world = new World([registered(technicalLiaison), registered(sampleRequest)]);
  const data = { ...response, customer: nanyang, marketingContactId, receivedAt: at('2026-03-02 10:00') };
  const id = world.give(
    'technical-liaison',
    { type: 'recordResponse', data },
    specialist,
    '2026-03-02 10:00',
  );
  const close = { type: 'closeWithoutAgreement', data: { note: 'n' } };
  world.give('technical-liaison', close, lead, '2026-03-03 10:00', id);
  return { world, id };
}

describe('a message to a closed liaison', () => {
  test('opens it again within thirty days', () => {
    const { world, id } = closedLiaison();
    world.give('technical-liaison', { type: 'recordMessage', data: message }, agent, '2026-04-02 10:00', id);
    expect(world.react([continueCase], '2026-04-02 10:01')).toBe(0);
    expect(world.state(id).phase).toBe('answered');
  });

  test('later opens another, linked, that owes a first reply from the message', () => {
    const { world, id } = closedLiaison();
    world.give('technical-liaison', { type: 'recordMessage', data: message }, agent, '2026-04-03 10:00', id);
    world.react([continueCase], '2026-04-03 10:01');
    expect(world.react([continueCase], '2026-04-03 10:02')).toBe(0);
    const [, next] = world.cases('technical-liaison');
    expect(next?.state).toMatchObject({
      phase: 'answered',
      customer: nanyang,
      marketingContactId,
      linkedTo: [id],
      receivedAt: at('2026-04-03 10:00'),
    });
    // Saturday to Monday are the Qingming days off: the next working day is Tuesday.
    expect(next?.state.clocks[0]?.schedule.dueAt).toBe(at('2026-04-07 10:00'));
    expect(world.last('TechnicalLiaisonAnswered').data).toMatchObject({
      text: message.text,
      channel: 'wechat',
    });
    expect(world.refused).toEqual([]);
  });
});

test('a message long after a sample request opens another of its kind, with or without words', () => {
  const { world } = closedLiaison();
  const data = { need: 'mould', description: 'd', customer: nanyang };
  const id = world.give('sample-request', { type: 'open', data }, marketing, '2026-03-02 10:00');
  world.give('sample-request', { type: 'withdraw', data: {} }, marketing, '2026-03-03 10:00', id);
  const { text: _none, ...call } = message;
  world.give('sample-request', { type: 'recordMessage', data: call }, agent, '2026-05-06 10:00', id);
  world.react([continueCase], '2026-05-06 10:01');
  const [, next] = world.cases('sample-request');
  expect(next?.state).toMatchObject({ phase: 'opened', need: 'mould', customer: nanyang, linkedTo: [id] });
  expect(world.last('SampleRequestOpened').data).toMatchObject({ description: '—', continues: id });
});
