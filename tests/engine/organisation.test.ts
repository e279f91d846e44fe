import { describe, expect, it } from 'vitest';
import type { Role } from '../../domain/case/actor.ts';
import { compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import type { DirectoryUser } from '../../src/directory/directory.ts';
import { type OrganisationSource, organisationOf } from '../../src/engine/organisation.ts';
import { idOf } from '../given-when-then.ts';

const [SERVICE, LABORATORY] = [idOf(0xa1), idOf(0xa2)];
const user = (n: number, department: string, ...roles: Role[]): DirectoryUser => ({
  userId: idOf(n),
  active: true,
  roles,
  department,
  qualifications: [],
});
const [specialist, colleague] = [user(1, 'rd', 'technicalService'), user(2, 'rd', 'technicalService')];
const [headOfResearch, headOfService] = [user(3, 'rd', 'lead'), user(4, 'afterSales', 'lead', 'agent')];
const [chemist, headOfCentre] = [
  user(5, 'centre', 'technicalCentre'),
  user(6, 'centre', 'technicalCentre', 'lead'),
];
const [qaHead, otherLead] = [user(7, 'qa', 'qaHead'), user(8, 'sales', 'lead')];
const everybody = [
  specialist,
  colleague,
  headOfResearch,
  headOfService,
  chemist,
  headOfCentre,
  qaHead,
  otherLead,
];
const headOfDepartment: Readonly<Record<string, string>> = {
  rd: headOfResearch.userId,
  afterSales: headOfService.userId,
};

const directory: OrganisationSource = {
  team: teamId => ({
    teamId,
    name: 'Team',
    department: teamId === SERVICE ? 'afterSales' : 'rd',
    retired: false,
  }),
  teamLead: () => undefined,
  teamsOf: () => [],
  departmentHead: code => headOfDepartment[code],
  user: userId => everybody.find(each => each.userId === userId),
  usersWithRole: role => everybody.filter(({ roles }) => roles.includes(role)),
  onDuty: () => [],
  isAway: () => false,
  standIn: userId => userId,
};
const calendar = compileCalendar(chinaCalendar());
const headsOf = (headsRole: Role, teamId = LABORATORY, source = directory) =>
  organisationOf(source, { teamId, headsRole, asked: [], at: 0, calendar }).heads;

describe('the second level of an escalation', () => {
  it('is told to whoever heads those with the role, and not to all of them', () => {
    expect(headsOf('technicalService')).toEqual([headOfResearch.userId]);
    expect(headsOf('technicalCentre')).toEqual([headOfCentre.userId]);
  });

  it('is told to every holder of a role that is a head’s', () => {
    expect(headsOf('qaHead')).toEqual([qaHead.userId]);
  });

  it('by the role lead is told to the head of the department whose team the case is', () => {
    expect(headsOf('lead', SERVICE)).toEqual([headOfService.userId]);
    expect(headsOf('lead', LABORATORY)).toEqual([headOfResearch.userId]);
  });

  it('reaches somebody where nobody is the head', () => {
    const headless = { ...directory, departmentHead: () => undefined };
    expect(headsOf('technicalService', LABORATORY, headless)).toEqual([specialist.userId, colleague.userId]);
    expect(headsOf('lead', SERVICE, headless)).toEqual([
      headOfResearch.userId,
      headOfService.userId,
      headOfCentre.userId,
      otherLead.userId,
    ]);
  });
});
