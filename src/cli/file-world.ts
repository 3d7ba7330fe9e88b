/** What commands without a network ask of this machine: files, directories, policies. Light to load, unlike `wiring.ts`. */
import type { Machine } from '../compiler/import/foreign.ts'
import type { PolicySource } from '../core/policy.ts'
import type { Files } from '../core/ports.ts'
import { listFiles } from '../ports/list-files.ts'
import { thisMachine } from '../ports/machine.ts'
import { allPolicyFiles, type FoundPolicyFile, policyFiles } from '../ports/policies/policy-files.ts'
import { systemClock } from '../ports/system-clock.ts'

export interface FileWorld {
  readonly files: Files
  readonly machine: Machine
  readonly policySource: (directory: string, mostOctets: number) => PolicySource
  /** Every file below a directory of policies. */
  readonly allPolicies: (directory: string, mostOctets: number) => AsyncIterable<FoundPolicyFile>
}

export function fileWorld(): FileWorld {
  return {
    files: listFiles(),
    machine: thisMachine(),
    policySource: (directory, mostOctets) =>
      policyFiles({ directory, mostOctets, isLenient: true, clock: systemClock() }),
    allPolicies: (directory, mostOctets) => allPolicyFiles(directory, { mostOctets, isLenient: true }),
  }
}
