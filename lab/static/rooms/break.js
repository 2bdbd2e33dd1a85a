export function open(main) { main.append("break"); return {}; }
