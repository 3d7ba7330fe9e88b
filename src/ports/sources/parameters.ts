/** What stands behind the `#` of a source's URL, by type. Everything here throws an Error with a plain sentence. */
import { resolve } from 'node:path'
import type { SourceSpec } from '../../core/source.ts'
import { parseDuration, parseSize } from '../../language/units.ts'

type Given = Pick<SourceSpec, 'parameters' | 'directory'>

export function checkNames({ parameters }: Given, known: readonly string[]): void {
  const strange = [...parameters.keys()].find((name) => !known.includes(name))
  if (strange !== undefined) throw new Error(`this source has no \`${strange}\`; it has ${known.join(', ')}`)
}

export function durationIn({ parameters }: Given, name: string, otherwise: number): number {
  const text = parameters.get(name)
  const value = text === undefined ? otherwise : parseDuration(text)
  if (value === undefined || value <= 0) throw new Error(`\`${name}\` is a duration such as \`5s\``)
  return value
}

export function sizeIn({ parameters }: Given, name: string, otherwise: number): number {
  const text = parameters.get(name)
  const value = text === undefined ? otherwise : parseSize(text)
  if (value === undefined || value <= 0) throw new Error(`\`${name}\` is a size such as \`10 MiB\``)
  return value
}

export function choiceIn<const T extends string>(
  { parameters }: Given,
  name: string,
  choices: readonly [T, ...T[]],
): T {
  const text = parameters.get(name) ?? choices[0]
  const choice = choices.find((one) => one === text)
  if (choice === undefined) throw new Error(`\`${name}\` is ${choices.join(' or ')}`)
  return choice
}

export function fileIn({ parameters, directory }: Given, name: string): string | undefined {
  const text = parameters.get(name)
  return text === undefined ? undefined : resolve(directory, text)
}
