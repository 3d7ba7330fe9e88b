/** Whether code of a site was given up that may still hold the program open, with a timer or a socket of its own. */
let isHeld = false

export function holdOpen(): void {
  isHeld = true
}

export function isHeldOpen(): boolean {
  return isHeld
}
