/** Middle values of measurements: one that a busy neighbour has spoilt does not move them. */

/** 0 where there is none. */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5)
}

/** How far apart the middle half of them is, as a share of the median: 0.1 is a tenth. */
export function spread(numbers: readonly number[]): number {
  const middle = median(numbers)
  return middle === 0 ? 0 : (quantile(numbers, 0.75) - quantile(numbers, 0.25)) / middle
}

function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : sum(numbers) / numbers.length
}

/**
 * The mean of what each of several works takes that were done in the same order so many times: of each the median. A
 * neighbour who takes the processor away now and then is not in it.
 */
export function typicalMean(numbers: readonly number[], times: number): number {
  const works = numbers.length / times
  if (!Number.isInteger(works)) return mean(numbers)
  const each = Array.from({ length: works }, (_, work) =>
    median(Array.from({ length: times }, (_time, time) => numbers[time * works + work] ?? 0)),
  )
  return mean(each)
}

export function sum(numbers: Iterable<number>): number {
  let total = 0
  for (const one of numbers) total += one
  return total
}

/** Between two values, a share of each. */
function quantile(numbers: readonly number[], share: number): number {
  const sorted = Float64Array.from(numbers).toSorted()
  const place = (sorted.length - 1) * share
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0]
  return below + (above - below) * (place - Math.floor(place))
}
