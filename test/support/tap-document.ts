/** A reader of the Test Anything Protocol, version 13, that takes nothing but its grammar. */

export interface TapPoint {
  readonly ok: boolean
  readonly number: number
  readonly description: string
  readonly directive: 'TODO' | 'SKIP' | undefined
  readonly reason: string | undefined
  /** Lines of the YAML block, without their indent. */
  readonly block: readonly string[]
}

export interface TapDocument {
  readonly points: readonly TapPoint[]
  readonly bailedOut: string | undefined
  readonly comments: readonly string[]
}

const POINT = /^(not )?ok (\d+) - ((?:[^\\#]|\\[\\#])*?)(?: # (TODO|SKIP)(?: (.*))?)?$/

export function readTap(text: string): TapDocument {
  const [version, plan = '', ...body] = text.split('\n')
  if (version !== 'TAP version 13') throw new Error(`version: ${version}`)
  const planned = Number(/^1\.\.(\d+)$/.exec(plan)?.[1] ?? Number.NaN)
  const points: { -readonly [K in keyof TapPoint]: TapPoint[K] }[] = []
  const comments: string[] = []
  let bailedOut: string | undefined
  for (let index = 0; index < body.length; index += 1) {
    const line = body[index] ?? ''
    const point = POINT.exec(line)
    if (bailedOut !== undefined) throw new Error(`behind the bail-out: ${line}`)
    if (point) points.push(pointOf(point))
    else if (line === '  ---') {
      const end = body.indexOf('  ...', index)
      const last = points.at(-1)
      if (end < 0 || !last || last.block.length > 0) throw new Error('a block of its own')
      last.block = body.slice(index + 1, end).map(unindented)
      index = end
    } else if (line.startsWith('# ')) comments.push(line.slice(2))
    else if (line.startsWith('Bail out! ')) bailedOut = line.slice('Bail out! '.length)
    else throw new Error(`not TAP: ${line}`)
  }
  if (points.length !== planned || points.some(({ number }, at) => number !== at + 1)) throw new Error(`plan: ${plan}`)
  return { points, bailedOut, comments }
}

function pointOf([, not, number, description = '', directive, reason]: RegExpExecArray): TapPoint {
  return {
    ok: not === undefined,
    number: Number(number),
    description: description.replace(/\\([\\#])/g, '$1'),
    directive: directive === 'TODO' || directive === 'SKIP' ? directive : undefined,
    reason,
    block: [],
  }
}

function unindented(line: string): string {
  if (!line.startsWith('  ')) throw new Error(`a block without indent: ${line}`)
  return line.slice(2)
}
