/**
 * Property tests draw the same cases in every run, so that a red run can be repeated and a green one means the same everywhere.
 *
 * `FC_SEED=random npm test` draws new ones, any other number those of that seed.
 */
import fc from 'fast-check'

const SEED = 20_261_120

const wanted = process.env['FC_SEED'] ?? String(SEED)
if (wanted !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted) })
