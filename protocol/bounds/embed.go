package bounds

func (a *analysis) embed() {}
