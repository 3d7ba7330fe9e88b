/** What rules may ask of this machine and of the programs beside us. */
import { loadavg, platform } from 'node:os'
import type { Clock, Ports } from '../../core/ports.ts'
import { openGeoIp } from '../../ports/geoip.ts'
import { openP0f } from '../../ports/p0f.ts'
import { programRunner } from '../../ports/programs.ts'

export function machinePorts(clock: Clock): Pick<Ports, 'chance' | 'loadAverage' | 'geoip' | 'p0f' | 'run'> {
  return {
    chance: Math.random,
    loadAverage: () => (platform() === 'win32' ? undefined : loadavg()[0]),
    geoip: openGeoIp(clock),
    p0f: openP0f(clock),
    run: programRunner(clock),
  }
}
