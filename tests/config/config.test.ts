import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, configSettings, loadConfig, unknownVariables } from '../../src/config.ts';
import { CONFIG_VARIABLES } from '../../src/config-variables.ts';

const errorOf = (environment: Record<string, string>): ConfigError => {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
};

describe('the configuration', () => {
  it('needs nothing: every variable has a default that passes its own check', () => {
    expect(loadConfig({})).toMatchObject({
      dataFolder: './data',
      host: '127.0.0.1',
      port: 4470,
      store: 'sqlite',
      nodeId: 'auto',
      masterKeyFile: './data/master.key',
      timeZone: 'Asia/Shanghai',
      trustedProxies: [],
    });
  });

  it('puts the master key into the data folder unless it is named', () => {
    expect(loadConfig({ REDRESS_DATA: '/srv/r' }).masterKeyFile).toBe('/srv/r/master.key');
    expect(loadConfig({ REDRESS_DATA: '/srv/r', REDRESS_MASTER_KEY_FILE: '/k' }).masterKeyFile).toBe('/k');
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ REDRESS_PORT: '', REDRESS_DATA: '' })).toEqual(loadConfig({}));
  });

  it.each([
    ['REDRESS_PORT', '70000', 'must be a whole number from 0 to 65535'],
    ['REDRESS_PORT', '44.7', 'must be a whole number from 0 to 65535'],
    ['REDRESS_PORT', '-1', 'must be a whole number from 0 to 65535'],
    ['REDRESS_HOST', 'two words', 'must be an address or a host name to listen at'],
    ['REDRESS_TIME_ZONE', 'Mars/Olympus', 'must be the name of a time zone'],
    ['REDRESS_TIME_ZONE', '+08:00', 'must be the name of a time zone'],
    ['REDRESS_LOG_LEVEL', 'loud', 'must be one of trace, debug, info'],
    ['REDRESS_LOG_FORMAT', 'xml', 'must be auto, json or text'],
    ['REDRESS_BODY_LIMIT', '1', 'must be a whole number from 1024'],
    ['REDRESS_STORE', 'esdb:/db', 'or esdb://… of an EventStoreDB'],
    ['REDRESS_NODE_ID', 'one', 'must be auto, or a UUID'],
    ['REDRESS_STORE', 'postgres://db', 'must be sqlite'],
    ['REDRESS_NOTIFY_URL', 'mailto:lead@example.com', 'must be none, or an http(s) address'],
    ['REDRESS_NOTIFY_NAMES', 'true', 'must be yes or no'],
    ['REDRESS_TRUSTED_PROXIES', 'everybody else', 'must be none, or addresses'],
  ])('says of %s=%s what it should be', (name, value, must) => {
    const error = errorOf({ [name]: value });
    expect(error.variable).toBe(name);
    expect(error.message).toContain(`${name} is "${value}"`);
    expect(error.message).toContain(must);
  });

  it('never repeats a password', () => {
    const { message } = errorOf({ REDRESS_STORE: 'esbd://redress:pass:w@rd@db1:2113,db2:2113?tls=true' });
    expect(message).toContain('REDRESS_STORE is "esbd://redress:***@db1:2113,db2:2113?tls=true"');
  });

  it('repeats nothing of an address but who is there, as the rest may be a password', () => {
    const { message } = errorOf({
      REDRESS_NOTIFY_URL: 'https://redress:pass@hooks.example.com/T00/secret?key=secret',
    });
    expect(message).toContain('REDRESS_NOTIFY_URL is "https://hooks.example.com/***": it must be none, or');
    const { shown } = CONFIG_VARIABLES.notifyUrl;
    expect(['none', 'https://h.example:8443/in', 'http://h?a@b'].map(shown)).toEqual([
      'none',
      'https://h.example:8443/***',
      'http://h/***',
    ]);
  });

  it('reads lists of proxies', () => {
    expect(loadConfig({ REDRESS_TRUSTED_PROXIES: '10.0.0.0/8,::1' }).trustedProxies).toEqual([
      '10.0.0.0/8',
      '::1',
    ]);
  });

  it('knows a variable that means nothing, and what was probably meant', () => {
    expect(
      unknownVariables({ REDRESS_PROT: '1', REDRESS_ELEPHANTINE: '1', REDRESS_PORT: '1', PATH: '' }),
    ).toEqual([{ name: 'REDRESS_ELEPHANTINE' }, { name: 'REDRESS_PROT', didYouMean: 'REDRESS_PORT' }]);
  });

  it('is shown with what holds and what would', () => {
    const settings = configSettings({ REDRESS_PORT: '99' });
    expect(settings).toHaveLength(Object.keys(CONFIG_VARIABLES).length);
    expect(settings.find(({ key }) => key === 'port')).toMatchObject({ text: '99', isDefault: false });
    expect(settings.find(({ key }) => key === 'host')).toMatchObject({ text: '127.0.0.1', isDefault: true });
  });

  it('is told whole in docs/configuration.md', () => {
    const text = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    const rows = text
      .split('\n')
      .filter(line => line.startsWith('| `REDRESS_') || line.startsWith('| `OTEL_'));
    expect(rows).toEqual(
      Object.values(CONFIG_VARIABLES).map(
        ({ name, default: fallback, meaning }) => `| \`${name}\` | \`${fallback}\` | ${meaning} |`,
      ),
    );
  });
});
