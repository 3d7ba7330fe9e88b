/** The folder of the extension for Visual Studio Code, and its manifest. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Manifest {
  readonly name: string
  readonly publisher: string
  readonly version: string
  readonly license: string
  readonly main: string
  readonly engines: { readonly vscode: string }
  readonly scripts: Readonly<Record<string, string>>
  readonly activationEvents: readonly string[]
  readonly devDependencies: Readonly<Record<string, string>>
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[]
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> }
    readonly languages: readonly { readonly filenamePatterns: readonly string[] }[]
    readonly yamlValidation: readonly { readonly fileMatch: string; readonly url: string }[]
    readonly taskDefinitions: readonly {
      readonly type: string
      readonly properties: { readonly command: { readonly enum: readonly string[] } }
    }[]
    readonly problemMatchers: readonly ProblemMatcher[]
  }
}

export interface ProblemMatcher {
  readonly name: string
  readonly pattern: {
    readonly regexp: string
    readonly file: number
    readonly line: number
    readonly column: number
    readonly severity: number
    readonly code: number
    readonly message: number
  }
}

export const TOP = join(import.meta.dirname, '../..')
export const FOLDER = join(TOP, 'editors/vscode')

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T
}

export const MANIFEST = readJson<Manifest>(join(FOLDER, 'package.json'))
