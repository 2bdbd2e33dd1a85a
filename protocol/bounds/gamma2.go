package bounds

func (a *analysis) gamma2() {}
func (a *analysis) embed()  {}
