import { z } from 'zod';

export const sampleStepSchema = z.enum(['sent', 'received', 'tested', 'returned']);
export type SampleStep = z.infer<typeof sampleStepSchema>;

/** Who has a sample: by place, never by a person's name. */
export const sampleHolderSchema = z.enum([
  'customer',
  'courier',
  'customerService',
  'qa',
  'technicalCentre',
  'laboratory',
  'supplier',
]);
