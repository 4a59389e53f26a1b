/** Milliseconds of processor time that work takes: other load on the machine stretches the clock, and this hardly. */
export async function effortOf(work: () => unknown): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}
