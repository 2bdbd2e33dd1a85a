export function open(main) { main.append("grow"); return {}; }
