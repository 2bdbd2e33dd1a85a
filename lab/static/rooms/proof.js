export function open(main) { main.append("proof"); return {}; }
