/**
 * Ids of what exists once in every log. They are fixed, so that two nodes that start first make one
 * (docs/decisions/0001-log-format.md), and never change.
 */
export const LOG_STREAM_ID = 'log-b00b9828-5012-4c7d-a478-f6c2d5f7e36d';

/** The actor of what nobody asked for by hand: the log's own events, timers, workflows. */
export const SYSTEM_ACTOR_ID = '55e44b3a-bc40-4381-a15a-e92b9f6b5369';
