/**
 * The lock file is whole: `npm ci` refuses it otherwise, and only on a machine that has nothing installed yet.
 *
 * `npm install` leaves out what the registry did not offer that day, which is how programs for other systems get lost.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const { packages } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

it('every package that another one names is in the lock file', () => {
  const named = Object.values(packages).flatMap(({ dependencies, optionalDependencies }) =>
    Object.keys({ ...dependencies, ...optionalDependencies }),
  )
  const locked = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')))
  assert.ok(named.length > 0)
  assert.deepEqual(
    named.filter((name) => !locked.has(name)),
    [],
  )
})
