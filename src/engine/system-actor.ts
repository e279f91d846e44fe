import type { Actor } from '../../domain/case/actor.ts';
import type { Via } from '../../domain/log/envelope.ts';
import { SYSTEM_ACTOR_ID } from '../../domain/log/fixed-streams.ts';

/** Who acts where nobody does: timers and workflows. */
export function systemActor(via: Extract<Via, 'timer' | 'workflow' | 'cli' | 'import'>): Actor {
  return { id: SYSTEM_ACTOR_ID, role: 'system', roles: ['system'], via, qualifications: [] };
}
