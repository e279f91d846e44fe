import type { z } from 'zod';
import { CONFIG_VARIABLES, type ConfigVariable } from './config-variables.ts';

type Variables = typeof CONFIG_VARIABLES;
export type ConfigKey = keyof Variables;

/** The service's settings, each checked. Paths are as given: relative ones start at the working directory. */
export type Config = { readonly [K in ConfigKey]: z.infer<Variables[K]['schema']> };

/** A variable has a wrong value; the message names it, the value and what it should be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly variable: string;
  constructor(variable: string, value: string, expected: string) {
    super(`${variable} is ${JSON.stringify(value)}: it ${expected}`);
    this.variable = variable;
  }
}

export interface ConfigSetting {
  readonly variable: ConfigVariable;
  readonly key: string;
  /** The text that holds: from the environment, or the default. */
  readonly text: string;
  readonly isDefault: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;
const entries: readonly (readonly [string, ConfigVariable])[] = Object.entries(CONFIG_VARIABLES);

/** The texts that hold, in the table's order. An empty variable counts as not set, as in most shells' use. */
export function configSettings(environment: Environment): readonly ConfigSetting[] {
  const dataFolder = environment['REDRESS_DATA'] || CONFIG_VARIABLES.dataFolder.default;
  return entries.map(([key, variable]) => {
    const given = environment[variable.name];
    const isDefault = given === undefined || given === '';
    const text = isDefault ? variable.default.replace('<REDRESS_DATA>', dataFolder) : given;
    return { variable, key, text, isDefault };
  });
}

/** @throws ConfigError for the first variable, in the table's order, whose value is wrong */
export function loadConfig(environment: Environment): Config {
  const values: Record<string, unknown> = {};
  for (const { variable, key, text } of configSettings(environment)) {
    const parsed = variable.schema.safeParse(text);
    if (!parsed.success) {
      throw new ConfigError(
        variable.name,
        variable.shown(text),
        parsed.error.issues[0]?.message ?? 'is not possible',
      );
    }
    values[key] = parsed.data;
  }
  // Every key was parsed by its own schema just above.
  return values as Config;
}

/** `REDRESS_…` variables that mean nothing here, probably misspelt, each with the nearest real name if one is near. */
export function unknownVariables(
  environment: Environment,
): readonly { readonly name: string; readonly didYouMean?: string }[] {
  const known = entries.map(([, variable]) => variable.name);
  return Object.keys(environment)
    .filter(name => name.startsWith('REDRESS_') && !known.includes(name) && !IN_TESTS_ONLY.has(name))
    .sort()
    .map(name => {
      const nearest = known
        .map(candidate => ({ candidate, distance: editDistance(name, candidate) }))
        .sort((a, b) => a.distance - b.distance)[0];
      return nearest !== undefined && nearest.distance <= 4
        ? { name, didYouMean: nearest.candidate }
        : { name };
    });
}

/** Where the tests and benches find shared data. */
const IN_TESTS_ONLY = new Set(['REDRESS_SHARED']);

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
