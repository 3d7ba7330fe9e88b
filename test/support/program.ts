/** Shell scripts that stand for programs: written into a directory of their own, executable. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export class ProgramDirectory {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async make(): Promise<ProgramDirectory> {
    const path = await mkdtemp(join(tmpdir(), 'postern-program-'))
    // Programs that give up root must get there too.
    await chmod(path, 0o755)
    return new ProgramDirectory(path)
  }

  /** Its path; `$DIR` is this directory. */
  async script(name: string, body: string): Promise<string> {
    const file = join(this.path, name)
    await writeFile(file, `#!/bin/sh\nDIR='${this.path}'\n${body}\n`, { mode: 0o755 })
    return file
  }

  read(name: string): Promise<string> {
    return readFile(join(this.path, name), 'latin1')
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true })
  }
}
