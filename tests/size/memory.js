// Prints what each machine takes, of the library of this crate as WebAssembly: memory.js FILE MACHINE...
const [file, ...machines] = process.argv.slice(2);
WebAssembly.instantiate(require('fs').readFileSync(file)).then(({ instance: { exports } }) => {
    for (const name of machines) {
        const numbers = BigInt.asUintN(64, exports[name]());
        if (numbers === 0n) throw new Error(`${name} failed`);
        console.log(`${name} busy ${numbers & 0xffffffffn}\n${name} idle ${numbers >> 32n}`);
    }
});
