// What somebody has not saved yet, kept in this tab so that a reload does not lose it.
export const read = key => sessionStorage.getItem(key);
export const write = (key, text) => sessionStorage.setItem(key, text);
export const drop = key => sessionStorage.removeItem(key);
