/**
 * Ids of what exists once in every log. They are fixed, so that two nodes that start first make one
 * (docs/decisions/0001-log-format.md), and never change.
 */
export const LOG_STREAM_ID = 'log-b00b9828-5012-4c7d-a478-f6c2d5f7e36d';

/** The actor of what nobody asked for by hand: the log's own events, timers, workflows. */
export const SYSTEM_ACTOR_ID = '55e44b3a-bc40-4381-a15a-e92b9f6b5369';

/** The house's policy, working calendar, defect categories and first team, written at first start. */
export const POLICY_STREAM_ID = 'policy-0f5c2b1e-6a94-4d0b-9a3e-3b7d5a1c8e42';
export const CALENDAR_STREAM_ID = 'calendar-6e1d9c57-2f3a-4b68-8c05-94a7e0d2b613';
export const DEFECT_CATEGORIES_STREAM_ID = 'defectCategory-c4a8f7d0-915e-4e2c-b7d6-1f0e83a52b97';
/** The owning team of cases that name none. */
export const DEFAULT_TEAM_ID = 'a27b6c90-3d18-4f5e-8b41-5e9c07d3f26a';
