/** What the newest browsers have and the one before may lack. Imported before anything else. */

if (!('dispose' in Symbol)) Object.defineProperty(Symbol, 'dispose', { value: Symbol('Symbol.dispose') })
if (!('asyncDispose' in Symbol)) Object.defineProperty(Symbol, 'asyncDispose', { value: Symbol('Symbol.asyncDispose') })
