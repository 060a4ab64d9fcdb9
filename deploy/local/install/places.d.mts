export declare const projectFolder: string;
export declare const stateFolder: string;
export declare const pomFile: string;
export declare function javaProgramsFolder(): string;
