/** Opens what a URL names. The one table of kinds of sources. */
import type { KeyedSource } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'
import type { SourceScheme, SourceSpec } from '../../core/source.ts'
import { boundedSource } from './bounded-source.ts'
import { cdbDriver } from './cdb.ts'
import { dnsDriver } from './dns.ts'
import type { Asking, Driver, SourceWorld } from './driver.ts'
import { filesDriver } from './files.ts'
import { httpDriver } from './http.ts'
import { ldapDriver } from './ldap.ts'
import { checkNames } from './parameters.ts'
import { ownDriver } from './own-files.ts'
import { qmailDriver } from './qmail/driver.ts'
import { redisDriver } from './redis.ts'
import { type Environment, passwordFault } from './secret.ts'
import { sqlDriver } from './sql.ts'
import { timeoutOf } from './timeout.ts'

const DRIVERS: Readonly<Record<SourceScheme, Driver>> = {
  cdb: cdbDriver,
  sqlite: sqlDriver,
  postgres: sqlDriver,
  mysql: sqlDriver,
  redis: redisDriver,
  rediss: redisDriver,
  ldap: ldapDriver,
  ldaps: ldapDriver,
  http: httpDriver,
  https: httpDriver,
  dns: dnsDriver,
  files: filesDriver,
  qmail: qmailDriver,
  own: ownDriver,
}

/** Connects when it is first asked; a list that is loaded whole is fetched at once. Throws an Error with a plain sentence. */
export function openSource(source: SourceSpec, world: SourceWorld): KeyedSource {
  const asking = readDriver(source)(world)
  return boundedSource(asking, { timeout: timeoutOf(source), clock: world.clock })
}

/** What is wrong with the URL, as far as it can be said without asking anybody; with an environment, its password too. */
export function sourceFault(source: SourceSpec, env?: Environment): string | undefined {
  try {
    readDriver(source)
    return env && passwordFault(source, env)
  } catch (fault) {
    return reasonOf(fault)
  }
}

function readDriver(source: SourceSpec): (world: SourceWorld) => Asking {
  const driver = DRIVERS[source.scheme]
  checkNames(source, [...driver.parameters, 'per', 'timeout'])
  timeoutOf(source)
  return driver.read(source)
}
